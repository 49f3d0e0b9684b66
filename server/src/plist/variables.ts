/**
 * Build variables: text that a build replaces before the system reads the file. Their value is unknown here,
 * and what is unknown is never a finding.
 *
 * Forms: `$(NAME)`, `${NAME}`, both with `:modifier`s and nested; `$NAME` (Xcode accepts it in an Info.plist);
 * `@NAME@` (CMake's configure_file); `{{NAME}}` (Mustache-style templates); `###NAME###` (scripts with sed).
 */
const VARIABLE =
  /\$\([^)]*\)|\$\{[^}]*\}|\$[A-Za-z_][A-Za-z0-9_]*|@[A-Za-z_][A-Za-z0-9_]*@|\{\{[^}]*\}\}|#{3}\w+#{3}/;

/** True when the text holds at least one build variable. */
export function hasBuildVariable(text: string): boolean {
  return VARIABLE.test(text);
}

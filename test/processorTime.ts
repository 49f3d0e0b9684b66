/**
 * How long a call keeps the processor busy, in milliseconds: on a machine with much else to do a clock says more
 * than the call is to blame for. Throws what the call throws.
 */
export function processorTime(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

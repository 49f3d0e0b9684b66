;;; Driven by emacs.test.ts: the configuration of docs/editors.md for lsp-mode, then what a person does.
(require 'package)
(package-initialize)
(require 'json)
(require 'lsp-mode)
;; It asks which folder is the project's, and remembers the answer.
(setq lsp-auto-guess-root t
      lsp-session-file (expand-file-name "~/session")
      lsp-enable-snippet nil)

(defun say (what value)
  (princ (concat (json-encode (vector what value)) "\n")))

(defun wait-for (what seconds condition)
  "Let Emacs handle what comes until CONDITION holds; end the run after SECONDS."
  (let ((end (+ (float-time) seconds)))
    (while (not (funcall condition))
      (when (> (float-time) end)
        (say "error" (format "no %s within %s s" what seconds))
        (kill-emacs 1))
      (accept-process-output nil 0.05))))

(load (getenv "DRIVER_PLIST_CONFIG") nil t)
(find-file (getenv "DRIVER_PLIST_FILE"))
(set-window-buffer (selected-window) (current-buffer))
;; `lsp-deferred' waits until the buffer shows, which it does behind a command.
(lsp)
(wait-for "server" 40 (lambda ()
                        (and (lsp-workspaces)
                             (eq 'initialized (lsp--workspace-status (car (lsp-workspaces)))))))
(wait-for "findings" 40 (lambda () (> (hash-table-count (lsp-diagnostics t)) 0)))
(maphash (lambda (_ found) (say "diagnostics" (vconcat (mapcar #'lsp:diagnostic-code? found))))
         (lsp-diagnostics t))

(goto-char (point-min))
(search-forward "<key>IOProvider")
(say "hover" (lsp-request "textDocument/hover" (lsp--text-document-position-params)))
(pcase-let ((`(,_ ,_ ,table . ,_) (lsp-completion-at-point)))
  (say "completion" (vconcat (all-completions "" table))))
(goto-char (point-min))
(search-forward "<key>Lamp")
(say "actions" (vconcat (mapcar #'lsp:code-action-title (lsp-code-actions-at-point))))
(lsp-format-buffer)
(save-buffer)
(lsp-disconnect)

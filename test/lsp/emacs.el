;;; Driven by emacs.test.ts: the configuration of docs/editors.md, then what a person does. Prints JSON lines.
;; Debian keeps Eglot for Emacs 28 in a package; from 29 on it is built in.
(require 'package)
(package-initialize)
(require 'json)

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

(defun position-of (text)
  (save-excursion (goto-char (point-min)) (search-forward text)))

(load (getenv "DRIVER_PLIST_CONFIG") nil t)
(find-file (getenv "DRIVER_PLIST_FILE"))
(set-window-buffer (selected-window) (current-buffer))
;; A batch run has no command loop; Eglot begins behind the first command.
(run-hooks 'post-command-hook)
(wait-for "server" 40 (lambda () (and (fboundp 'eglot-managed-p) (eglot-managed-p))))
(flymake-start)
(wait-for "findings" 40 (lambda () (flymake-diagnostics)))
(say "mode" (symbol-name major-mode))
(say "diagnostics" (vconcat (mapcar #'flymake-diagnostic-text (flymake-diagnostics))))

(let (hover)
  (goto-char (- (position-of "<key>IOProviderClass") 3))
  (eglot-hover-eldoc-function (lambda (text &rest _) (setq hover (or text ""))))
  (wait-for "hover" 40 (lambda () hover))
  (say "hover" (substring-no-properties hover)))

(goto-char (position-of "<key>IOProviderClass"))
(search-backward "IOProviderClass")
(pcase-let ((`(,begin ,end ,table . ,_) (eglot-completion-at-point)))
  (say "completion" (vconcat (all-completions "" table))))

(say "actions" (vconcat (mapcar (lambda (action) (plist-get action :title))
                                (eglot-code-actions (point-min) (point-max)))))
(say "outline" (length (imenu--make-index-alist t)))
(eglot-format-buffer)
(save-buffer)
(eglot-shutdown (eglot-current-server))

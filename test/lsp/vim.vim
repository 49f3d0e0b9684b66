" Driven by vim.test.ts: the configuration of docs/editors.md, then what a person does. Prints JSON lines.
function! Say(what, value) abort
  call writefile([json_encode([a:what, a:value])], $DRIVER_PLIST_SAID, 'a')
endfunction

function! WaitFor(what, condition) abort
  for l:try in range(800)
    if a:condition() | return | endif
    sleep 50m
  endfor
  call Say('error', 'no ' . a:what . ' within 40 s')
  cquit
endfunction

function! Preview() abort
  for l:window in range(1, winnr('$'))
    if getwinvar(l:window, '&previewwindow') | return join(getbufline(winbufnr(l:window), 1, '$'), "\n") | endif
  endfor
  return ''
endfunction

" Runs in insert mode, where alone ALE takes an answer.
function! Complete() abort
  let g:completions = []
  call ale#completion#GetCompletions('ale-callback', {'callback': {items -> extend(g:completions, items)}})
  call WaitFor('completion', {-> !empty(g:completions)})
  return ''
endfunction

try
  execute 'edit' fnameescape($DRIVER_PLIST_FILE)
  let s:file = bufnr('')
  call WaitFor('findings', {-> !empty(ale#engine#GetLoclist(s:file))})
  call Say('diagnostics', map(copy(ale#engine#GetLoclist(s:file)), {_, item -> get(item, 'code', '')}))

  call search('<key>IOProviderClass', 'w')
  call search('Provider')
  let g:ale_hover_to_preview = 1
  ALEHover
  call WaitFor('hover', {-> !empty(Preview())})
  call Say('hover', Preview())

  normal! gg
  call search('<key>IOProviderClass', 'ce')
  call feedkeys("a\<C-R>=Complete()\<CR>\<Esc>", 'xt')
  call Say('completion', map(copy(g:completions), {_, item -> item.word}))
  call Say('filetype', &filetype)
  quitall!
catch
  call Say('error', v:exception . ' at ' . v:throwpoint)
  cquit
endtry

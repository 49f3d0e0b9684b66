-- Driven by neovim.test.ts: the configuration of docs/editors.md, then what a person does. Prints JSON lines.
local function say(what, value)
  io.stdout:write(vim.fn.json_encode({ what, value }) .. '\n')
end

dofile(vim.env.DRIVER_PLIST_CONFIG)
vim.cmd('filetype plugin on')
vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.DRIVER_PLIST_FILE))

local found = vim.wait(40000, function()
  return #vim.diagnostic.get(0) > 0
end, 50)
if not found then
  say('error', 'no diagnostics within 40 s')
  vim.cmd('cquit 1')
end
local codes = {}
for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
  local lsp = diagnostic.user_data and diagnostic.user_data.lsp or {}
  table.insert(codes, diagnostic.code or lsp.code or '?')
end
say('diagnostics', codes)

local function request(method, extra)
  local params = { textDocument = { uri = vim.uri_from_bufnr(0) } }
  for key, value in pairs(extra) do
    params[key] = value
  end
  local answers = vim.lsp.buf_request_sync(0, method, params, 40000) or {}
  for _, answer in pairs(answers) do
    return answer.result
  end
end

local line = vim.fn.search('<key>IOProviderClass') - 1
local position = { line = line, character = 12 }
say('hover', (request('textDocument/hover', { position = position }) or {}).contents)
say('symbols', #(request('textDocument/documentSymbol', {}) or {}))
local list = request('textDocument/completion', { position = { line = line, character = 10 } }) or {}
say('completion', vim.tbl_map(function(item) return item.label end, list.items or list))
local whole = { start = { line = 0, character = 0 }, ['end'] = { line = vim.fn.line('$'), character = 0 } }
local actions = request('textDocument/codeAction', { range = whole, context = { diagnostics = {} } }) or {}
say('actions', vim.tbl_map(function(action) return action.title end, actions))
if vim.lsp.buf.format then
  vim.lsp.buf.format({ timeout_ms = 10000 })
else
  vim.lsp.buf.formatting_sync(nil, 40000)
end
say('formatted', table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n')
say('filetype', vim.bo.filetype)
vim.cmd('qall!')

-- Driven by neovim.test.ts: the configuration of docs/editors.md, then what a person does. Prints JSON lines.
local function say(what, value)
  io.stdout:write(vim.fn.json_encode({ what, value }) .. '\n')
end

dofile(vim.env.DRIVER_PLIST_NVIM_CONFIG)
vim.cmd('filetype plugin on')
vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.DRIVER_PLIST_NVIM_FILE))

local found = vim.wait(20000, function()
  return #vim.diagnostic.get(0) > 0
end, 50)
if not found then
  say('error', 'no diagnostics within 20 s')
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
  local answers = vim.lsp.buf_request_sync(0, method, params, 10000) or {}
  for _, answer in pairs(answers) do
    return answer.result
  end
end

local line = vim.fn.search('<key>IOProviderClass') - 1
local position = { line = line, character = 12 }
say('hover', (request('textDocument/hover', { position = position }) or {}).contents)
say('symbols', #(request('textDocument/documentSymbol', {}) or {}))
local list = request('textDocument/completion', { position = { line = line, character = 10 } }) or {}
say('completion', #(list.items or list))
local edits = request('textDocument/formatting', { options = { tabSize = 4, insertSpaces = false } }) or {}
say('formatting', #edits)
vim.cmd('qall!')

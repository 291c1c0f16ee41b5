-- Sends the requests of a file in turn, over all connections: `wrk -s cycle.lua URL FILE`. A line is METHOD PATH ACCOUNT [BODY].
local requests = {}
local next_one = 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, account, body = line:match("^(%S+) (%S+) (%S+) ?(%S*)$")
    wrk.method, wrk.path, wrk.body = method, path, body ~= "" and body or nil
    wrk.headers["API_KEY"] = account
    wrk.headers["X-AUTH-TOKEN"] = account .. "-token"
    wrk.headers["Content-Type"] = wrk.body and "application/x-www-form-urlencoded"
    requests[#requests + 1] = wrk.format()
  end
  -- Without this function wrk sends the last request again and again, and runs no Lua for it.
  if #requests > 1 then
    function request()
      next_one = next_one % #requests + 1
      return requests[next_one]
    end
  end
end

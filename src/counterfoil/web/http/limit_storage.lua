-- How often something was done within a moving window, atomically and on this server's clock.
-- KEYS[1]: a list of when, in milliseconds, the newest first. ARGV: how often it may be done, within how many
-- milliseconds, and 1 to count one more if there is room.
-- Answers as it was before: how often it may be done, and in how many milliseconds the oldest counts no more.

local times, lasts, counts = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function oldest()
  return tonumber(redis.call('LINDEX', KEYS[1], -1) or now)
end

while oldest() + lasts < now do redis.call('RPOP', KEYS[1]) end

local left = math.max(0, times - redis.call('LLEN', KEYS[1]))
local wait = oldest() + lasts - now
if counts and left > 0 then
  redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], lasts)
end
return {left, wait}

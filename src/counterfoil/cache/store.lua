-- The operations of the Redis store that must be atomic: the same as memory.py's, in the same order.
-- KEYS: the generation record, an entry, a lease (or one session). ARGV: the operation, then its arguments.
-- Durations and times are milliseconds. The constants before this line come from rules.py.

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function answer(kind, data)
  return {kind, now, data or ''}
end

local function stamp(time)
  return string.format('%013.0f', time)
end

local function load_record()
  local raw = redis.call('GET', KEYS[1])
  if not raw then return nil end
  local nonce, settle_until, hot_until, named = raw:match('^1(%S+) (%d+) (%d+)(.*)$')
  if not nonce then return nil end
  local intents = {}
  for intent, till in named:gmatch(' (%S+):(%d+)') do intents[intent] = tonumber(till) end
  return {nonce = nonce, settle_until = tonumber(settle_until), hot_until = tonumber(hot_until), intents = intents}
end

local function fresh_record(nonce)
  return {nonce = nonce, settle_until = now + SETTLE, hot_until = 0, intents = {}}
end

local function save_record(record)
  local raw = '1' .. record.nonce .. ' ' .. stamp(record.settle_until) .. ' ' .. stamp(record.hot_until)
  for intent, till in pairs(record.intents) do
    if till > now then raw = raw .. ' ' .. intent .. ':' .. stamp(till) end
  end
  redis.call('SET', KEYS[1], raw, 'PX', RECORD_LASTS)
end

local function is_careful(record, start)
  if start < record.settle_until or start < record.hot_until then return true end
  for _, till in pairs(record.intents) do
    if start < till then return true end
  end
  return false
end

local function holds(nonce)
  local record = load_record()
  return record and record.nonce == nonce and record
end

-- The as_of and expires_at of an entry of this generation that counts now.
local function times_of(entry, nonce)
  local of, start, expires_at = (entry or ''):match('^1(%S+) (%d+) (%d+) ')
  if of == nonce and tonumber(expires_at) > now then return tonumber(start), tonumber(expires_at) end
end

local function lease_parts()
  return (redis.call('GET', KEYS[3]) or ''):match('^(%S+) (%S+) (.*)$')
end

local function owns(nonce, owner)
  local of, who, start = lease_parts()
  return of == nonce and who == owner and tonumber(start)
end

local operations = {}

function operations.born(nonce)
  local record = load_record()
  if not record then
    record = fresh_record(nonce)
    save_record(record)
  end
  return answer('ok', record.nonce)
end

function operations.acquire(nonce, owner)
  if not holds(nonce) then return answer('moved') end
  local entry = redis.call('GET', KEYS[2])
  if times_of(entry, nonce) then return answer('hit', entry) end
  local of, who, data = lease_parts()
  if of == nonce then
    if who == '!' then return answer('failed', data) end
    return answer('wait')
  end
  redis.call('SET', KEYS[3], nonce .. ' ' .. owner .. ' ' .. stamp(now), 'PX', LEASE)
  return answer('lease')
end

function operations.renew(nonce, owner)
  if not owns(nonce, owner) then return answer('lost') end
  redis.call('PEXPIRE', KEYS[3], LEASE)
  return answer('ok')
end

function operations.fill(nonce, owner, value, lifetime)
  local record = holds(nonce)
  if not record then return answer('moved') end
  local start = owns(nonce, owner)
  if not start then return answer('lost') end
  lifetime = tonumber(lifetime)
  local expires_at = start + (is_careful(record, start) and math.min(lifetime, PROBATION) or lifetime)
  local header = '1' .. nonce .. ' ' .. stamp(start) .. ' ' .. stamp(expires_at) .. ' '
  if expires_at > now then
    redis.call('SET', KEYS[2], header .. value, 'PX', expires_at - now)
  else
    redis.call('DEL', KEYS[2])
  end
  redis.call('DEL', KEYS[3])
  return answer('ok', header)
end

function operations.fail(nonce, owner, code)
  if not owns(nonce, owner) then return answer('lost') end
  if code == '' then
    redis.call('DEL', KEYS[3])
  else
    redis.call('SET', KEYS[3], nonce .. ' ! ' .. code, 'PX', SHARED_FAILURE)
  end
  return answer('ok')
end

function operations.keep(header, value)
  local nonce, start, expires_at = header:match('^1(%S+) (%d+) (%d+) $')
  start, expires_at = tonumber(start), tonumber(expires_at)
  if expires_at <= now or not holds(nonce) then return answer('moved') end
  local there, till = times_of(redis.call('GET', KEYS[2]), nonce)
  if not there or there < start or (there == start and till <= expires_at) then
    redis.call('SET', KEYS[2], header .. value, 'PX', expires_at - now)
  end
  return answer('ok')
end

function operations.bump(nonce, hot_for, opens, open_for, closes)
  local record = load_record() or fresh_record(nonce)
  record.nonce = nonce
  record.settle_until = math.max(record.settle_until, now + SETTLE)
  if tonumber(hot_for) > 0 then record.hot_until = math.max(record.hot_until, now + hot_for) end
  if opens ~= '' then record.intents[opens] = now + open_for end
  if closes ~= '' then record.intents[closes] = nil end
  save_record(record)
  return answer('ok')
end

function operations.hold(nonce, hot_for, opens, open_for, closes)
  local record, soon = load_record(), now - 1000
  if record then
    local hot = tonumber(hot_for) == 0 or record.hot_until >= soon + hot_for
    local intent = opens == '' or (record.intents[opens] or 0) >= soon + open_for
    if hot and intent then return answer('ok') end
  end
  return operations.bump(nonce, hot_for, opens, open_for, closes)
end

function operations.put_session(value, ttl)
  if redis.call('GET', KEYS[1]) ~= '' then redis.call('SET', KEYS[1], value, 'PX', ttl) end
  return answer('ok')
end

function operations.drop_session()
  redis.call('SET', KEYS[1], '', 'PX', TOMBSTONE)
  return answer('ok')
end

return operations[ARGV[1]](unpack(ARGV, 2))

-- The operations of the Redis store that must be atomic: the same as memory.py's, in the same order.
-- KEYS: the generation record, an entry, its lease, the result of one owner (or one session). ARGV: the operation, then
-- its arguments.
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
  local nonce, edition, settle_until, hot_until, named = raw:match('^2(%S+)(%x%x%x%x) (%d+) (%d+)(.*)$')
  if not nonce then return nil end
  local intents = {}
  for intent, till in named:gmatch(' (%S+):(%d+)') do intents[intent] = tonumber(till) end
  return {nonce = nonce, edition = tonumber(edition, 16), settle_until = tonumber(settle_until),
    hot_until = tonumber(hot_until), intents = intents}
end

local function fresh_record(nonce)
  return {nonce = nonce, edition = 0, settle_until = now + SETTLE, hot_until = 0, intents = {}}
end

local function token_of(record)
  return record.nonce .. string.format('%04x', record.edition)
end

local function save_record(record)
  local raw = '2' .. token_of(record) .. ' ' .. stamp(record.settle_until) .. ' ' .. stamp(record.hot_until)
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

-- The as_of and expires_at of an entry with this token that counts now.
local function times_of(entry, token)
  local of, start, expires_at = (entry or ''):match('^2(%S+) (%d+) (%d+) ')
  if of == token and tonumber(expires_at) > now then return tonumber(start), tonumber(expires_at) end
end

local function lease_parts()
  return (redis.call('GET', KEYS[3]) or ''):match('^(%S+) (%S+) (.*)$')
end

local function owns(nonce, owner)
  local of, who, start = lease_parts()
  return of == nonce and who == owner and tonumber(start)
end

-- What was derived in the editions before counts no more.
local function next_edition(record)
  record.edition = (record.edition + 1) % 65536
  save_record(record)
end

local function is_followed()
  return redis.call('EXISTS', KEYS[4]) == 1
end

-- A value that is not stored is about to be shown: of this object nothing older may be shown after it, neither what is
-- stored or derived, nor what is being fetched. Whose fetch that is keeps the lease: another begins when it has ended.
local function pass_by(record, owner)
  if record then next_edition(record) end
  redis.call('DEL', KEYS[2])
  local of, who, start = lease_parts()
  if who == owner or who == '~' .. owner then
    redis.call('DEL', KEYS[3])
  elseif record and of == record.nonce and not who:find('^[!~]') then
    redis.call('SET', KEYS[3], of .. ' ~' .. who .. ' ' .. start, 'PX', redis.call('PTTL', KEYS[3]))
  end
end

local operations = {}

function operations.born(nonce)
  local record = load_record()
  if not record then
    record = fresh_record(nonce)
    save_record(record)
  end
  return answer('ok', token_of(record))
end

function operations.acquire(nonce, owner, fresh)
  if not holds(nonce) then return answer('moved') end
  local entry = redis.call('GET', KEYS[2])
  if fresh == '' and times_of(entry, nonce .. FETCHED) then return answer('hit', entry) end
  local of, who, data = lease_parts()
  if of == nonce then
    if who == '!' then return answer('failed', data) end
    return answer('wait', who:gsub('^~', '') .. ' ' .. data)
  end
  redis.call('SET', KEYS[3], nonce .. ' ' .. owner .. ' ' .. stamp(now), 'PX', LEASE)
  return answer('lease')
end

function operations.renew(nonce, owner)
  redis.call('PEXPIRE', KEYS[4], LEASE)
  if not (owns(nonce, owner) or owns(nonce, '~' .. owner)) then return answer('lost') end
  redis.call('PEXPIRE', KEYS[3], LEASE)
  return answer('ok')
end

local function fill_late(record, nonce, owner, value, wanted, began)
  if wanted == '' and not is_followed() then
    if owns(nonce, '~' .. owner) then redis.call('DEL', KEYS[3]) end
    return answer(record and record.nonce == nonce and 'lost' or 'moved')
  end
  local header = '2' .. nonce .. FETCHED .. ' ' .. stamp(began) .. ' ' .. stamp(began) .. ' '
  pass_by(record, owner)
  if is_followed() then redis.call('SET', KEYS[4], header .. value, 'PX', SHARED_FAILURE) end
  return answer('late', header)
end

function operations.fill(nonce, owner, value, lifetime, wanted, began)
  local record = load_record()
  local start = record and record.nonce == nonce and owns(nonce, owner)
  if not start then return fill_late(record, nonce, owner, value, wanted, began) end
  lifetime = tonumber(lifetime)
  local expires_at = start + (is_careful(record, start) and math.min(lifetime, PROBATION) or lifetime)
  local header = '2' .. nonce .. FETCHED .. ' ' .. stamp(start) .. ' ' .. stamp(expires_at) .. ' '
  if times_of(redis.call('GET', KEYS[2]), nonce .. FETCHED) then next_edition(record) end
  if expires_at > now then
    redis.call('SET', KEYS[2], header .. value, 'PX', expires_at - now)
  else
    redis.call('DEL', KEYS[2])
  end
  redis.call('DEL', KEYS[3])
  if is_followed() then redis.call('SET', KEYS[4], header .. value, 'PX', SHARED_FAILURE) end
  return answer('ok', header)
end

function operations.follow(owner, first)
  local result = redis.call('GET', KEYS[4])
  if first ~= '' and not result then
    local _, who = lease_parts()
    if who ~= owner and who ~= '~' .. owner then return answer('moved') end
    result = '?'
    redis.call('SET', KEYS[4], result, 'PX', LEASE)
  end
  if not result then return answer('moved') end
  if result == '?' then return answer('wait') end
  if result:sub(1, 1) == '!' then return answer('failed', result:sub(2)) end
  return answer('late', result)
end

function operations.fail(nonce, owner, code)
  if is_followed() then
    if code == '' then redis.call('DEL', KEYS[4]) else redis.call('SET', KEYS[4], '!' .. code, 'PX', SHARED_FAILURE) end
  end
  if not (owns(nonce, owner) or owns(nonce, '~' .. owner)) then return answer('lost') end
  if code == '' then
    redis.call('DEL', KEYS[3])
  else
    redis.call('SET', KEYS[3], nonce .. ' ! ' .. code, 'PX', SHARED_FAILURE)
  end
  return answer('ok')
end

function operations.keep(header, value)
  local token, start, expires_at = header:match('^2(%S+) (%d+) (%d+) $')
  start, expires_at = tonumber(start), tonumber(expires_at)
  local record = load_record()
  if expires_at <= now or not record or token_of(record) ~= token then return answer('moved') end
  local there, till = times_of(redis.call('GET', KEYS[2]), token)
  if not there or there < start or (there == start and till <= expires_at) then
    redis.call('SET', KEYS[2], header .. value, 'PX', expires_at - now)
  end
  return answer('ok')
end

function operations.bump(nonce, hot_for, opens, open_for, closes)
  local record = load_record() or fresh_record(nonce)
  record.nonce, record.edition = nonce, 0
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

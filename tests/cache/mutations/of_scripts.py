"""The rules of store.lua: a changed script no longer agrees with the memory store."""

SCRIPTS: dict[str, tuple[str, str]] = {
    "a record is born settling": ("settle_until = now + SETTLE,", "settle_until = 0,"),
    "a clear opens a settle window": ("math.max(record.settle_until, now + SETTLE)", "record.settle_until"),
    "a clear changes the nonce": ("record.nonce, record.edition = nonce, 0\n", "\n"),
    "a clear leaves windows and intents": (
        "local record = load_record() or fresh_record(nonce)",
        "local record = fresh_record(nonce)",
    ),
    "a hand-off makes a client hot": (" or start < record.hot_until", ""),
    "an intent makes a client careful": ("if start < till then return true end", ""),
    "an intent is recorded": ("if opens ~= '' then record.intents[opens] = now + open_for end", ""),
    "an intent is closed": ("if closes ~= '' then record.intents[closes] = nil end", ""),
    "a record ends": ("redis.call('SET', KEYS[1], raw, 'PX', RECORD_LASTS)", "redis.call('SET', KEYS[1], raw)"),
    "a lease is given only in its generation": ("if not holds(nonce) then return answer('moved') end", ""),
    "one process fetches, the others wait": ("return answer('wait', who:gsub('^~', '') .. ' ' .. data)", ""),
    "a failure is shared": ("if who == '!' then return answer('failed', data) end", ""),
    "a failure ends": ("' ! ' .. code, 'PX', SHARED_FAILURE", "' ! ' .. code, 'PX', SHARED_FAILURE * 9"),
    "a lease ends": (
        "redis.call('SET', KEYS[3], nonce .. ' ' .. owner .. ' ' .. stamp(now), 'PX', LEASE)",
        "redis.call('SET', KEYS[3], nonce .. ' ' .. owner .. ' ' .. stamp(now))",
    ),
    "a lease is renewed": ("redis.call('PEXPIRE', KEYS[3], LEASE)", ""),
    "a fill is taken only in its generation": (
        "local start = record and record.nonce == nonce and owns(nonce, owner)",
        "local start = record and owns(nonce, owner)",
    ),
    "only the owner's fill is taken": (
        "local start = record and record.nonce == nonce and owns(nonce, owner)",
        "local start = record and record.nonce == nonce and now",
    ),
    "a lifetime counts from the start of the fetch": ("local expires_at = start +", "local expires_at = now +"),
    "what is fetched in a window is on probation": ("(is_careful(record, start) and", "(false and"),
    "a fill ends its lease": (
        "redis.call('DEL', KEYS[3])\n  if is_followed() then",
        "if is_followed() then",
    ),
    "what is derived is kept only in its generation": (
        "or not record or token_of(record) ~= token then",
        "or not record then",
    ),
    "what is derived from older data replaces nothing": ("if not there or there < start", "if true or there < start"),
    "a lost window is put back": (
        "return operations.bump(nonce, hot_for, opens, open_for, closes)",
        "return answer('ok')",
    ),
    "what is shown without being kept takes the older entry": (
        "redis.call('DEL', KEYS[2])\n  local of, who",
        "local of, who",
    ),
    "what is shown without being kept ends an edition": ("if record then next_edition(record) end", ""),
    "what is shown without being kept passes by a fetch under way": ("' ~' .. who", "' ' .. who"),
    "a fetch that was passed by is not taken, and frees its lease": (
        "if owns(nonce, '~' .. owner) then redis.call('DEL', KEYS[3]) end",
        "",
    ),
    "what is fetched over an entry ends an edition": (
        "if times_of(redis.call('GET', KEYS[2]), nonce .. FETCHED) then next_edition(record) end",
        "",
    ),
    "those who follow a fetch are told what it brought": (
        "pass_by(record, owner)\n  if is_followed()",
        "pass_by(record, owner)\n  if false",
    ),
    "those who follow a fetch are told that it failed": (
        "redis.call('SET', KEYS[4], '!' .. code",
        "redis.call('SET', KEYS[2], code",
    ),
    "a fetch that nobody makes any more is not followed": (
        "if who ~= owner and who ~= '~' .. owner then return answer('moved') end",
        "",
    ),
    "a dropped session stays dropped": ("if redis.call('GET', KEYS[1]) ~= '' then", "if true then"),
}

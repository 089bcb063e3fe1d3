-- The rule in Redis, one step of its one thread. KEYS: who is in, how many, the history. ARGV: person, term, seats.
-- Answers 0 accepted, 1 already in, 2 full.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
if tonumber(redis.call('GET', KEYS[2]) or '0') >= tonumber(ARGV[3]) then return 2 end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('INCR', KEYS[2])
redis.call('XADD', KEYS[3], '*', 'user', ARGV[1], 'term', ARGV[2], 'status', 'approved')
return 0

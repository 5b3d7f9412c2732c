insert into api_tokens (id, user_id, label, hash)
  select '00000000-0000-4000-8000-0000000000bb', id, 'laptop', 'a-hash' from users where label = 'linus';
insert into failed_logins (login, address, failures, last_at) values ('linus', '192.0.2.1', 2, now());
insert into idempotency_keys (caller, key, request, outcome) values ('user/1', 'key', 'a-mac', '{"status": 200}');

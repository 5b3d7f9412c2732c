update devices set last_contact_at = now(), version = 'Mock 1' where label = 'switch/old-1';

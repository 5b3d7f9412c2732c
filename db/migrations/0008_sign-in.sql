CREATE TABLE "api_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"project_id" bigint,
	"label" text NOT NULL,
	"hash" text NOT NULL,
	"read_only" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "api_tokens_hash_unique" UNIQUE("hash"),
	CONSTRAINT "api_tokens_user_label" UNIQUE("user_id","label")
);
--> statement-breakpoint
CREATE TABLE "failed_logins" (
	"login" text NOT NULL,
	"address" text NOT NULL,
	"failures" integer NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "failed_logins_login_address_pk" PRIMARY KEY("login","address")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"caller" text NOT NULL,
	"key" text NOT NULL,
	"request" text NOT NULL,
	"outcome" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_caller_key_pk" PRIMARY KEY("caller","key")
);
--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_tokens_project_id_index" ON "api_tokens" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "failed_logins_address_index" ON "failed_logins" USING btree ("address");--> statement-breakpoint
CREATE INDEX "failed_logins_last_at_index" ON "failed_logins" USING btree ("last_at");--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at_index" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "nodes_in_order" ON "nodes" USING btree ("label" collate "C");--> statement-breakpoint
CREATE INDEX "networks_in_order" ON "networks" USING btree ("label" collate "C");--> statement-breakpoint
CREATE INDEX "projects_in_order" ON "projects" USING btree ("label" collate "C");--> statement-breakpoint
CREATE INDEX "users_in_order" ON "users" USING btree ("label" collate "C");--> statement-breakpoint

-- A token that was revoked is believed no longer than a right that was taken away.
create trigger api_tokens_changed after delete on api_tokens for each statement execute function announce_users();
--> statement-breakpoint

grant select, insert, delete, update (last_used_at) on api_tokens to haas_api;
--> statement-breakpoint
grant select, insert, delete, update (failures, last_at) on failed_logins to haas_api;
--> statement-breakpoint
grant select, insert, delete, update (outcome) on idempotency_keys to haas_api;

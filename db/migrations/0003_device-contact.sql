ALTER TABLE "devices" ADD COLUMN "last_contact_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "devices" ADD COLUMN "version" text;
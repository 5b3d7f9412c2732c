CREATE TABLE "commands" (
	"id" uuid PRIMARY KEY NOT NULL,
	"agent_id" bigint,
	"device_id" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"kind" text NOT NULL,
	"signed" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"fence" bigint,
	"reason" text,
	"message" text,
	"result" jsonb,
	"queued_at" timestamp with time zone DEFAULT now() NOT NULL,
	"not_after" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "commands_device_seq" UNIQUE("device_id","seq"),
	CONSTRAINT "status_is_known" CHECK ("commands"."status" in ('queued', 'running', 'done', 'failed', 'refused', 'unknown')),
	CONSTRAINT "finished_has_a_time" CHECK (("commands"."status" in ('queued', 'running')) = ("commands"."finished_at" is null)),
	CONSTRAINT "unfinished_has_an_agent" CHECK ("commands"."status" not in ('queued', 'running') or "commands"."agent_id" is not null),
	CONSTRAINT "refusal_has_a_reason" CHECK ("commands"."status" not in ('failed', 'refused', 'unknown') or "commands"."reason" is not null)
);
--> statement-breakpoint
CREATE TABLE "networking_actions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"nic_id" bigint NOT NULL,
	"port_id" bigint,
	"change" text NOT NULL,
	"network_id" bigint,
	"network" text,
	"channel" text NOT NULL,
	"vlans" smallint[] NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "change_is_known" CHECK ("networking_actions"."change" in ('connect', 'detach', 'revert'))
);
--> statement-breakpoint
CREATE TABLE "agents" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "agents_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"label" text NOT NULL,
	"login" text NOT NULL,
	"public_key" jsonb NOT NULL,
	"last_seen_at" timestamp with time zone,
	"version" text,
	CONSTRAINT "agents_label_unique" UNIQUE("label"),
	CONSTRAINT "agents_login_unique" UNIQUE("login")
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "devices_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"label" text NOT NULL,
	"agent_id" bigint,
	"last_seq" bigint DEFAULT 0 NOT NULL,
	"waiting" boolean DEFAULT false NOT NULL,
	"lease_holder" text,
	"lease_until" timestamp with time zone,
	"fence" bigint DEFAULT 0 NOT NULL,
	"unsaved_since" timestamp with time zone,
	CONSTRAINT "devices_label_unique" UNIQUE("label"),
	CONSTRAINT "lease_is_whole" CHECK (("devices"."lease_holder" is null) = ("devices"."lease_until" is null))
);
--> statement-breakpoint
CREATE TABLE "headnodes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "headnodes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"label" text NOT NULL,
	"project_id" bigint NOT NULL,
	CONSTRAINT "headnodes_label_unique" UNIQUE("label")
);
--> statement-breakpoint
CREATE TABLE "nics" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "nics_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"node_id" bigint NOT NULL,
	"label" text NOT NULL,
	"mac_address" text NOT NULL,
	"port_id" bigint,
	CONSTRAINT "nics_port" UNIQUE("port_id"),
	CONSTRAINT "nics_node_label" UNIQUE("node_id","label")
);
--> statement-breakpoint
CREATE TABLE "node_metadata" (
	"node_id" bigint NOT NULL,
	"label" text NOT NULL,
	"value" text NOT NULL,
	CONSTRAINT "node_metadata_node_id_label_pk" PRIMARY KEY("node_id","label")
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "nodes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"label" text NOT NULL,
	"project_id" bigint,
	"agent_id" bigint,
	"obmd_uri" text,
	"obmd_token" text,
	"obm_type" text,
	"obm_host" text,
	"obm_port" integer,
	"obm_sealed" text,
	CONSTRAINT "nodes_label_unique" UNIQUE("label"),
	CONSTRAINT "one_way_to_the_bmc" CHECK (num_nonnulls("nodes"."obmd_uri", "nodes"."obmd_token") = 2 and num_nonnulls("nodes"."obm_type", "nodes"."obm_host", "nodes"."obm_port", "nodes"."obm_sealed") = 0
        or num_nonnulls("nodes"."obmd_uri", "nodes"."obmd_token") = 0 and num_nonnulls("nodes"."obm_type", "nodes"."obm_host", "nodes"."obm_port", "nodes"."obm_sealed", "nodes"."agent_id") = 5)
);
--> statement-breakpoint
CREATE TABLE "ports" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ports_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"switch_id" bigint NOT NULL,
	"label" text NOT NULL,
	"idle" text,
	"suspect_since" timestamp with time zone,
	"suspect_reason" text,
	"suspect_vlans" smallint[] DEFAULT '{}' NOT NULL,
	"read_state" jsonb,
	"read_at" timestamp with time zone,
	CONSTRAINT "ports_switch_label" UNIQUE("switch_id","label"),
	CONSTRAINT "port_idle_is_known" CHECK ("ports"."idle" in ('shut', 'up'))
);
--> statement-breakpoint
CREATE TABLE "switches" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "switches_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"label" text NOT NULL,
	"type" text NOT NULL,
	"device_id" bigint NOT NULL,
	"agent_id" bigint NOT NULL,
	"hostname" text NOT NULL,
	"port" integer NOT NULL,
	"settings" jsonb NOT NULL,
	"sealed" text NOT NULL,
	"idle" text DEFAULT 'shut' NOT NULL,
	CONSTRAINT "switches_label_unique" UNIQUE("label"),
	CONSTRAINT "switches_device" UNIQUE("device_id"),
	CONSTRAINT "idle_is_known" CHECK ("switches"."idle" in ('shut', 'up')),
	CONSTRAINT "port_is_tcp" CHECK ("switches"."port" between 1 and 65535)
);
--> statement-breakpoint
CREATE TABLE "attachments" (
	"nic_id" bigint NOT NULL,
	"network_id" bigint NOT NULL,
	"channel" text NOT NULL,
	CONSTRAINT "attachments_nic_id_network_id_pk" PRIMARY KEY("nic_id","network_id"),
	CONSTRAINT "attachments_nic_channel" UNIQUE("nic_id","channel"),
	CONSTRAINT "channel_is_known" CHECK ("attachments"."channel" ~ '^vlan/(native|[1-9][0-9]{0,3})$')
);
--> statement-breakpoint
CREATE TABLE "network_access" (
	"network_id" bigint NOT NULL,
	"project_id" bigint NOT NULL,
	CONSTRAINT "network_access_network_id_project_id_pk" PRIMARY KEY("network_id","project_id")
);
--> statement-breakpoint
CREATE TABLE "networks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "networks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"label" text NOT NULL,
	"owner_id" bigint,
	"is_public" boolean DEFAULT false NOT NULL,
	CONSTRAINT "networks_label_unique" UNIQUE("label"),
	CONSTRAINT "only_the_administrator_opens_a_network_to_all" CHECK (not "networks"."is_public" or "networks"."owner_id" is null)
);
--> statement-breakpoint
CREATE TABLE "vlans" (
	"id" smallint PRIMARY KEY NOT NULL,
	"pooled" boolean DEFAULT false NOT NULL,
	"reserved" boolean DEFAULT false NOT NULL,
	"network_id" bigint,
	CONSTRAINT "vlans_network" UNIQUE("network_id"),
	CONSTRAINT "vlan_id_is_legal" CHECK ("vlans"."id" between 1 and 4094),
	CONSTRAINT "a_reserved_vlan_is_no_networks" CHECK (not "vlans"."reserved" or "vlans"."network_id" is null)
);
--> statement-breakpoint
CREATE TABLE "project_members" (
	"user_id" bigint NOT NULL,
	"project_id" bigint NOT NULL,
	CONSTRAINT "project_members_user_id_project_id_pk" PRIMARY KEY("user_id","project_id")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "projects_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"label" text NOT NULL,
	CONSTRAINT "projects_label_unique" UNIQUE("label")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "users_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"label" text NOT NULL,
	"password_hash" text NOT NULL,
	"is_admin" boolean DEFAULT false NOT NULL,
	CONSTRAINT "users_label_unique" UNIQUE("label")
);
--> statement-breakpoint
ALTER TABLE "commands" ADD CONSTRAINT "commands_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commands" ADD CONSTRAINT "commands_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "networking_actions" ADD CONSTRAINT "networking_actions_id_commands_id_fk" FOREIGN KEY ("id") REFERENCES "public"."commands"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "networking_actions" ADD CONSTRAINT "networking_actions_nic_id_nics_id_fk" FOREIGN KEY ("nic_id") REFERENCES "public"."nics"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "networking_actions" ADD CONSTRAINT "networking_actions_port_id_ports_id_fk" FOREIGN KEY ("port_id") REFERENCES "public"."ports"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "networking_actions" ADD CONSTRAINT "networking_actions_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "headnodes" ADD CONSTRAINT "headnodes_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nics" ADD CONSTRAINT "nics_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nics" ADD CONSTRAINT "nics_port_id_ports_id_fk" FOREIGN KEY ("port_id") REFERENCES "public"."ports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_metadata" ADD CONSTRAINT "node_metadata_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ports" ADD CONSTRAINT "ports_switch_id_switches_id_fk" FOREIGN KEY ("switch_id") REFERENCES "public"."switches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "switches" ADD CONSTRAINT "switches_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "switches" ADD CONSTRAINT "switches_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_nic_id_nics_id_fk" FOREIGN KEY ("nic_id") REFERENCES "public"."nics"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "network_access" ADD CONSTRAINT "network_access_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "network_access" ADD CONSTRAINT "network_access_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "networks" ADD CONSTRAINT "networks_owner_id_projects_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vlans" ADD CONSTRAINT "vlans_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_members" ADD CONSTRAINT "project_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_members" ADD CONSTRAINT "project_members_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "commands_unfinished" ON "commands" USING btree ("device_id","seq") WHERE "commands"."status" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "commands_finished_at" ON "commands" USING btree ("finished_at") WHERE "commands"."finished_at" is not null;--> statement-breakpoint
CREATE INDEX "commands_agent_unfinished" ON "commands" USING btree ("agent_id") WHERE "commands"."status" in ('queued', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "one_unfinished_action_per_nic" ON "networking_actions" USING btree ("nic_id") WHERE "networking_actions"."finished_at" is null;--> statement-breakpoint
CREATE INDEX "networking_actions_nic_id_index" ON "networking_actions" USING btree ("nic_id");--> statement-breakpoint
CREATE INDEX "networking_actions_network_id_index" ON "networking_actions" USING btree ("network_id");--> statement-breakpoint
CREATE INDEX "networking_actions_port_id_index" ON "networking_actions" USING btree ("port_id");--> statement-breakpoint
CREATE INDEX "devices_waiting" ON "devices" USING btree ("agent_id","id") WHERE "devices"."waiting";--> statement-breakpoint
CREATE INDEX "devices_agent_id_index" ON "devices" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "headnodes_project_id_index" ON "headnodes" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "nodes_free" ON "nodes" USING btree ("label") WHERE "nodes"."project_id" is null;--> statement-breakpoint
CREATE INDEX "nodes_project_id_index" ON "nodes" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "nodes_agent_id_index" ON "nodes" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "ports_suspect" ON "ports" USING btree ("id") WHERE "ports"."suspect_since" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "switches_address" ON "switches" USING btree ("hostname","port") WHERE "switches"."type" <> 'mock';--> statement-breakpoint
CREATE INDEX "switches_agent_id_index" ON "switches" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "attachments_network_id_index" ON "attachments" USING btree ("network_id");--> statement-breakpoint
CREATE INDEX "network_access_project_id_index" ON "network_access" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "networks_owner_id_index" ON "networks" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "networks_public" ON "networks" USING btree ("id") WHERE "networks"."is_public";--> statement-breakpoint
CREATE INDEX "vlans_available" ON "vlans" USING btree ("id") WHERE "vlans"."pooled" and not "vlans"."reserved" and "vlans"."network_id" is null;--> statement-breakpoint
CREATE INDEX "project_members_project_id_index" ON "project_members" USING btree ("project_id");
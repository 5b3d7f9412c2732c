#!/usr/bin/env bash
# Restores a copy that backup.sh made into an empty database, which haas-admin database --empty makes together with the roles:
# HAAS_OWNER_URL=… restore.sh [--current] <file>
# All of it is restored or nothing. Then it is brought to this version of HaaS, and everything that may have changed since the copy was made
# is in doubt (haas-admin restored); --current: nothing has, because the API hosts and the agents were stopped before.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
source "$here/connection.sh"

current=false
if [[ ${1:-} == --current ]]; then
  current=true
  shift
fi
(($# == 1)) || fail 'call it with the file that backup.sh made'
readonly copy=$1
[[ -r $copy ]] || fail "$copy cannot be read"
read_owner_url
check_programs pg_restore
[[ $(query 'select current_user') == haas_owner ]] || fail 'HAAS_OWNER_URL is not the login of haas_owner, who is to own what is restored'
[[ $(query "select count(*) from pg_class where relnamespace = 'public'::regnamespace or relname = '__drizzle_migrations'") == 0 ]] ||
  fail "$database is not empty: make an empty one (haas-admin database --empty --name <another>), or drop it first"

contents=$(mktemp)
# What is to be done yet; empty where nothing is restored, or all is done.
left=''
end() {
  rm -f "$contents"
  [[ -z $left ]] || printf '%s: the copy is restored, and that is not all: start nothing before %s was done\n' "$(basename "$0")" "$left" >&2
}
trap end EXIT
# Rights to PostgreSQL's own functions are the superuser's to give: haas-admin database has done so.
pg_restore --list "$copy" | grep --invert-match ' ACL pg_catalog ' >"$contents"
pg_restore --no-password --no-owner --exit-on-error --single-transaction --use-list="$contents" --dbname="$database" "$copy"
left='haas-admin migrate'
$current || left+=', and then haas-admin restored,'
# It warns of every table of PostgreSQL's own.
PGOPTIONS='-c client_min_messages=error' query analyze

node "$here/../admin.mjs" migrate
if $current; then
  echo 'Everything is as it was when the copy was made.'
else
  node "$here/../admin.mjs" restored
fi
left=''
agents=$(query "select label from agents order by 1")
[[ -z $agents ]] || printf 'Each agent needs a login on this server (haas-admin agent-login <label>):\n%s\n' "$agents"

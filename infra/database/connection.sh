# Sourced by backup.sh and restore.sh: how PostgreSQL's programs reach the database at HAAS_OWNER_URL.

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Sets `database`, the URL without its password, which goes to libpq by the environment: arguments are there for all to read.
read_owner_url() {
  [[ -n ${HAAS_OWNER_URL:-} ]] || fail 'HAAS_OWNER_URL is missing: the URL of haas_owner, as haas-admin database prints it'
  [[ $HAAS_OWNER_URL =~ ^(postgres(ql)?://[^:@/?]+)(:([^@/?]*))?@(.+)$ ]] ||
    fail 'HAAS_OWNER_URL is no URL of the form postgres://haas_owner:<password>@<host>:<port>/<database>'
  database=${BASH_REMATCH[1]}@${BASH_REMATCH[5]}
  local password=${BASH_REMATCH[4]//\\/\\\\}
  # Without one, the file of PGPASSFILE is asked.
  [[ -z $password ]] || PGPASSWORD=$(printf '%b' "${password//%/\\x}")
  export PGPASSWORD PGAPPNAME="haas $(basename "$0" .sh)" PGCONNECT_TIMEOUT=10
  # libpq looks in a place of its own, where nothing is. Without this condition it would verify where the URL does not ask for it.
  if [[ $database == *sslmode=verify-* ]]; then
    export PGSSLROOTCERT=${PGSSLROOTCERT:-${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}}
  fi
}

query() {
  psql --no-psqlrc --no-password --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$database" --command="$1"
}

# Fails unless PostgreSQL's programs are there, and no older than the server.
check_programs() {
  local program server own
  for program in psql "$@"; do
    command -v "$program" >/dev/null || fail "there is no $program: install PostgreSQL's client programs (apt-get install postgresql-client)"
  done
  server=$(query 'show server_version_num')
  server=$((server / 10000))
  for program in "$@"; do
    [[ $("$program" --version) =~ [0-9]+ ]]
    own=${BASH_REMATCH[0]}
    ((own >= server)) ||
      fail "$program is of PostgreSQL $own and the server of $server: install postgresql-client-$server, and put the folder of its programs first in PATH"
  done
}

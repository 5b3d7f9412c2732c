# What ipmi_sim runs, in the folder of its machine, for every order that reaches the chassis: `get power`, `set power 1`,
# `set boot pxe`, `set reset 1`, `set shutdown 1`, ... Queries are answered as `power:1`; whatever fails, the BMC reports as an error.
# The files are those of chassis.ts.
printf '%s\n' "$*" >>calls
slow=0 refuse_power= ignore_power= ignore_boot= refuse_boot= soft_shutdown=0
[ ! -e behaviour ] || . ./behaviour
[ "$slow" = 0 ] || sleep "$slow"

# The file is replaced, never rewritten: whoever reads it meanwhile sees the old state or the new one.
keep() {
  printf '%s\n' "$2" >"$1.$$" && mv "$1.$$" "$1"
}

get() {
  case $1 in
  power)
    read -r power until <power
    # A machine that is shutting down has power until its moment has come.
    [ -z "$until" ] || [ "$(date +%s%3N)" -lt "$until" ] || power=0
    echo "power:$power"
    ;;
  boot)
    read -r boot <boot
    echo "boot:$boot"
    ;;
  *) exit 1 ;;
  esac
}

change_power() {
  [ -z "$refuse_power" ] || exit 1
  [ -z "$ignore_power" ] || return 0
  case $1 in
  power) keep power "$2" ;;
  shutdown)
    read -r power until <power
    # A machine that is off, or shutting down already, has nothing to do.
    [ "$power" = 1 ] && [ -z "$until" ] && [ "$soft_shutdown" != never ] || return 0
    keep power "1 $(($(date +%s%3N) + soft_shutdown))"
    ;;
  esac
}

verb=$1
shift
case $verb in
get) for name; do get "$name"; done ;;
set)
  case $1 in
  power | shutdown | reset) change_power "$1" "$2" ;;
  boot)
    [ -z "$refuse_boot" ] || exit 1
    [ -n "$ignore_boot" ] || keep boot "$2"
    ;;
  identify) ;;
  *) exit 1 ;;
  esac
  ;;
*) exit 1 ;;
esac

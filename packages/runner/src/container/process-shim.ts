/**
 * The parent of every container process. It outlives the server: it notes who it is, starts the command, and writes the exit status to a file, so that
 * a server that comes back learns how a training ended meanwhile. A plain shell costs a millisecond; arguments are passed on as they are.
 *
 * Arguments: state folder, memory cgroup or "", then the command.
 */
export const PROCESS_SHIM = `
state=$1; cgroup=$2; shift 2
read -r stat 2>/dev/null < /proc/$$/stat || stat=$$
printf '%s\\n' "$stat" > "$state/process"
[ -n "$cgroup" ] && echo $$ > "$cgroup/cgroup.procs"
trap : TERM INT HUP
"$@"
printf '%s\\n' $? > "$state/exit"
`;

/** In a container's environment: names its run, so that processes that left its group are found. */
export const RUN_MARKER = "QALAM_CONTAINER_RUN";

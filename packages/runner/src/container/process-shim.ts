/**
 * The parent of every container process. It outlives the server: it notes who it is, starts the command, and writes the exit status to a file, so that
 * a server that comes back learns how a training ended meanwhile. A plain shell costs about a millisecond; arguments are passed on as they are.
 *
 * It keeps `process` open for as long as it lives, and alone: whoever unlinks that file is told by the kernel when the shim is gone (see `watchHolder`).
 * Its own standard error is closed, as shells comment on children that were killed; the command's goes where its output goes, in order.
 *
 * A SIGTERM that comes when it can bear one already but has not yet forked the command would be lost: so whoever stops a run marks that first.
 *
 * Arguments: what the names of the files of its state begin with, then the command.
 */
export const PROCESS_SHIM = `
state=$1; shift
read -r stat < /proc/$$/stat || stat=$$
exec 9> "$state.process"
printf '%s\\n' "$stat" >&9
trap : HUP INT QUIT TERM USR1 USR2
( [ -e "$state.stopping" ] && exit 143; exec "$@" 2>&1 9>&- )
code=$?
printf '%s\\n' "$code" > "$state.exit"
exit "$code"
`;

/** Joins a control group, then becomes the command. Arguments: the group's folder, then the command. */
export const JOIN_GROUP = 'echo $$ > "$0/cgroup.procs"; exec "$@"';

/** In a container's environment: what the names of the files of its run begin with, so that processes that left its process group are found. */
export const RUN_MARKER = "QALAM_CONTAINER_RUN";

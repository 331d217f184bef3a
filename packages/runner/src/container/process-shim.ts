/** Number at which a shim has the state of its run open. */
export const HELD_DESCRIPTOR = 9;
/** Number at which it has, alone and for as long as it lives, a file without a name. */
export const LIFE_DESCRIPTOR = 3;

/** Begin the lines that a shim adds to the state of a run: who it is, and the exit status. Comments for the shell, so that they never become commands. */
export const PROCESS_LINE = "# process ";
export const EXIT_LINE = "# exit ";

/**
 * The program of every `Shim`: a plain shell that waits for runs of containers and makes them, one after the other. A run comes as a line: what the names of the
 * files of its state begin with. Its `start` file holds the commands that become the container's process. To fork a shell costs a tenth of what it takes to fork Node.
 *
 * It outlives the server: it adds who it is, and at the end the exit status, to the `start` file, so that a server that comes back learns how a training ended
 * meanwhile; then it ends, with all of its group, as nobody has work for it. One file, as new files are what a disk is slow at. The kernel tells who asks when
 * the shim is gone, as that deletes a file that it alone has open (see `watchHolder`).
 *
 * It leads the process group of the command, so it gets its signals too, which it can bear but for SIGKILL. Whoever stops a run marks that first, as a signal may
 * come just before the command is forked.
 *
 * Argument: number of the server's process. A request counts only while that lives.
 */
export const PROCESS_SHIM = `
qalam_server=$1
qalam_mask=$(umask)
umask 077
read -r qalam_stat < /proc/$$/stat || qalam_stat=$$
exec 2>&1
trap qalam_interrupted=1 HUP INT QUIT TERM USR1 USR2
trap '' PIPE
while IFS= read -r qalam_state; do
  kill -0 "$qalam_server" || break
  [ -s "$qalam_state.start" ] &&
    command exec ${HELD_DESCRIPTOR}>> "$qalam_state.start" &&
    echo "${PROCESS_LINE}$qalam_stat" >&${HELD_DESCRIPTOR} || { echo failed; continue; }
  (
    exec ${LIFE_DESCRIPTOR}>&- ${HELD_DESCRIPTOR}>&-
    trap - PIPE
    umask "$qalam_mask"
    [ -e "$qalam_state.stopping" ] && exit 143
    . "$qalam_state.start"
  ) &
  qalam_pid=$!
  echo started
  while qalam_interrupted=; wait "$qalam_pid"; qalam_code=$?; [ "$qalam_interrupted" ] && kill -0 "$qalam_pid"; do :; done
  echo "${EXIT_LINE}$qalam_code" >&${HELD_DESCRIPTOR}
  exec ${HELD_DESCRIPTOR}>&-
  echo "exited $qalam_code"
done
kill -KILL 0
`;

/** In a container's environment: what the names of the files of its run begin with, so that processes that left its process group are found. */
export const RUN_MARKER = "QALAM_CONTAINER_RUN";

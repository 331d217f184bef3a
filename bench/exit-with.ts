/** Ends the process with the status that a command gives; with its message and 1 when it fails. */
export function exitWith(command: Promise<number>): Promise<void> {
  return command.then(
    (status) => {
      process.exitCode = status;
    },
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}

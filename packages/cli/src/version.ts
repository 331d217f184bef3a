/** The version of this build; a test keeps it equal to the packages'. */
const VERSION = "0.1.0";

/** The version with what it runs on, for reports of faults. */
export function versionText(): string {
  return `qalam ${VERSION} (Node ${process.versions.node}, ${process.platform} ${process.arch})`;
}

export function ensurePythonEnvironment(name: string, requirements: string): string | undefined;

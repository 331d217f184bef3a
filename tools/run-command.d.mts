export declare const root: string;
export declare function mustRun(command: string, args: readonly string[]): void;

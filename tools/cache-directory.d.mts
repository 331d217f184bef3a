export declare const cacheDirectory: string;

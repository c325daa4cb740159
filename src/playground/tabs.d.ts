export declare const tabs: readonly { readonly query: string; readonly variables: string; readonly headers?: string }[];

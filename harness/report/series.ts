export type Series = { readonly bucketMs: number }

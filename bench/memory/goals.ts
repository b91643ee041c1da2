// What a run may hold, in MB of 1,000,000 bytes.

/** Peak of a run with no worker at all. */
export const goalBase = 100;

/** What each worker may add to the peak. */
export const goalPerWorker = 0.4;

/** Growth a minute, over half an hour of `soak` at 5,000 operations a second. */
export const goalGrowth = 1;

/** The peak that a run with so many workers may have. */
export const goalPeak = (workers: number) => goalBase + goalPerWorker * workers;

/** Bytes as MB. */
export const megabytes = (bytes: number) => bytes / 1e6;

/** Why a job is stopped; becomes `stopRequested` of the evidence. */
export const STOP_REASONS = ['cancel', 'timeout', 'shutdown'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

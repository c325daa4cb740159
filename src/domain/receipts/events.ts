/** Everything up to and with these sequences was delivered to, or read on, a device. A maximum: repeats and reorders change nothing. */
export type ReceiptEvent = {
  readonly type: 'WatermarkAdvanced';
  readonly data: {
    readonly accountId: string;
    readonly deviceId: string;
    readonly delivered?: number;
    readonly read?: number;
  };
};

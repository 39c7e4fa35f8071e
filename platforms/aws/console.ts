/** Where the consoles of other partitions are; each region of the usual one has its own. */
const PARTITIONS: readonly (readonly [prefix: string, host: string])[] = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
];

/** A page of the AWS console in a region; `page` begins with the service, as `sagemaker/home`, and may end with a fragment. */
export function consoleUrl(region: string, page: string, fragment = ''): string {
  const host = PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? `${region}.console.aws.amazon.com`;
  const query = page.includes('?') ? `&region=${region}` : `?region=${region}`;
  return `https://${host}/${page}${query}${fragment}`;
}

/** The streams of a log group whose names begin so. The console's fragment is encoded twice, its `%` written as `$`. */
export function logStreamsUrl(region: string, group: string, prefix: string): string {
  const twice = (text: string) => encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
  const filter = encodeURIComponent(`?logStreamNameFilter=${prefix}`).replaceAll('%', '$');
  return consoleUrl(region, 'cloudwatch/home', `#logsV2:log-groups/log-group/${twice(group)}${filter}`);
}

/** A folder of S3. */
export function s3FolderUrl(region: string, uri: string): string {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
  return consoleUrl(region, `s3/buckets/${bucket}?prefix=${encodeURIComponent(`${prefix.replace(/\/+$/, '')}/`)}`);
}

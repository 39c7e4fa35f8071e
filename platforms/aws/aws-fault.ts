/** What an error of an AWS call comes down to. */
export type AwsFault =
  /** Too many requests: the same later. */
  | 'throttled'
  /** The caller's credentials are missing, wrong or have expired. */
  | 'credentials'
  /** The caller's credentials do not allow the call. */
  | 'denied'
  /** No capacity or no quota for what is asked: the same later, or something else. */
  | 'capacity'
  /** What the call names is not there. */
  | 'absent'
  /** What the call names is there already, or changes right now. */
  | 'conflict'
  /** The service does not take the request as it is. */
  | 'invalid'
  /** The service could not be reached, or failed: nobody knows whether the call was accepted. */
  | 'unreachable';

/** By the name of the exception; the first match counts. Names as in the service models of the SDK's clients. */
const BY_NAME: readonly (readonly [RegExp, AwsFault])[] = [
  [
    /Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown|PriorRequestNotComplete|BandwidthLimit/,
    'throttled',
  ],
  [
    /^(ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|AuthFailure|InvalidAccessKeyId|MissingAuthenticationToken|CredentialsProvider|TokenProvider|IncompleteSignature|OptInRequired)/,
    'credentials',
  ],
  [/AccessDenied|Unauthorized|NotAuthorized|Forbidden/, 'denied'],
  [
    /ResourceLimitExceeded|ServiceQuotaExceeded|LimitExceeded|QuotaExceeded|Insufficient\w*Capacity|CapacityError/,
    'capacity',
  ],
  [/NotFound|NoSuch|DoesNotExist/, 'absent'],
  [/Conflict|ResourceInUse|AlreadyExists/, 'conflict'],
  [/Validation|InvalidParameter|InvalidRequest|InvalidInput|BadRequest|MalformedPolicy|PermanentRedirect/, 'invalid'],
];

/** By the message, where a name is shared by several faults. */
const BY_MESSAGE: readonly (readonly [RegExp, AwsFault])[] = [
  [/security token.{0,40}(?:expired|invalid)|could not load credentials|credentials? .{0,40}expired/i, 'credentials'],
  [/rate exceeded/i, 'throttled'],
  [/is not authorized to perform/i, 'denied'],
  [/(?:does not|doesn't) exist|is not valid\.?$|could not (?:be found|find)|not found/i, 'absent'],
  [/already exist/i, 'conflict'],
  // After those that name a thing: its name may be of any words.
  [/max(?:imum)? ?capacity|quota|limit.{0,20}exceeded|insufficient capacity/i, 'capacity'],
];

/** Says what an error of an AWS call comes down to. */
export function faultOf(error: unknown): AwsFault {
  const { name, message, status } = partsOf(error);
  const named = BY_NAME.find(([pattern]) => pattern.test(name))?.[1];
  if (named !== undefined && named !== 'invalid') return named;
  const said = BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1];
  if (said !== undefined && (named === 'invalid' || status !== undefined)) return said;
  if (named !== undefined) return named;
  if (said === 'credentials') return said; // the SDK's own error, before any request
  return status !== undefined && status >= 400 && status < 500 ? 'invalid' : 'unreachable';
}

/** The error's own words: `ValidationException: Invalid release label`. */
export function wordsOf(error: unknown): string {
  const { name, message } = partsOf(error);
  return message === '' ? name : `${name}: ${message}`;
}

interface Parts {
  readonly name: string;
  readonly message: string;
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
}

function partsOf(error: unknown): Parts {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), status: undefined };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status: unknown =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  const code: unknown = 'code' in error ? error.code : undefined;
  const message = error.message === '' && typeof code === 'string' ? code : error.message; // an AggregateError has no message
  return { name: error.name, message, status: typeof status === 'number' ? status : undefined };
}

import { TemperedError } from '../../contracts/failure.js';

/**
 * What a model server itself said to a request, which SageMaker wraps. Only a request that it cannot take is an error of ours: everything
 * else may pass when it is asked again.
 * @returns undefined for an error of another kind
 */
export function refusalOf(endpoint: string, error: unknown): TemperedError | undefined {
  if (!(error instanceof Error) || error.name !== 'ModelError') return undefined;
  const status: unknown = 'OriginalStatusCode' in error ? error.OriginalStatusCode : undefined;
  const said: unknown = 'OriginalMessage' in error ? error.OriginalMessage : undefined;
  const words = typeof said === 'string' && said !== '' ? said : error.message;
  const isRefused = typeof status === 'number' && status >= 400 && status < 500;
  return new TemperedError(
    isRefused ? 'WRONG_INPUT' : 'PLATFORM_UNAVAILABLE',
    `the model server of the endpoint ${endpoint} ${isRefused ? 'does not take the request' : 'failed'}: ${words}`,
    { field: 'instances' },
    { cause: error },
  );
}

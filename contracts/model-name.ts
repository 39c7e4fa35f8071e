import { z } from 'zod';

/** Name of a stored model: of its folder in the model store, and in names that services give to what is made of it. */
export const ModelName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, a letter first');

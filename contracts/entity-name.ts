/** The longest name that SageMaker takes. */
export const LONGEST_ENTITY_NAME = 63;

/**
 * What SageMaker lets endpoints, models and their groups be named. Endpoints of this machine keep to it too, so that a run can move there.
 * @see EntityName of SageMaker's service model, whose length is a limit beside its pattern
 */
export const ENTITY_NAME = /^(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;

/** The same for a message. */
export const ALLOWED_ENTITY_NAME = 'letters, digits and hyphens between them, at most 63';

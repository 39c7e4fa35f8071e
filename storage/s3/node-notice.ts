/**
 * Keeps the SDK from telling every process on stderr that its releases of 2027 want Node 22: the release that we use is pinned, and users
 * can do nothing about it. To be called before a client is made; who has set the SDK's variable otherwise is heard.
 */
export function silenceNodeNotice(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}

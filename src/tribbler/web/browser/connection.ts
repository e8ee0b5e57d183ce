/** Whether the machine has a connection, as far as the browser knows. */
export function isOnline(): boolean {
  return navigator.onLine;
}

/** Tells of each change. */
export function onConnectionChange(tell: (isOnlineNow: boolean) => void): void {
  window.addEventListener('online', () => tell(true));
  window.addEventListener('offline', () => tell(false));
}

/**
 * What may be seen: the one judge of paths. ripgrep proposes files, this disposes; an ignore file's `!.env` or
 * `!.git` un-hides nothing here.
 *
 * @param path relative to a root, `/` between components; its bytes one character each, or text
 * @param hidden whether this path may be seen although a component of it begins with a dot; `.git` never may
 */
export function mayBeSeen(path: string, hidden: (path: string) => boolean): boolean {
  if (path === '' || path.startsWith('/') || path.endsWith('/')) return false
  if (path.includes('//') || path.includes('\0')) return false
  if (!isHidden(path)) return true
  for (const component of path.split('/')) {
    // Folded: on some file systems `.GIT` is the same directory.
    if (component === '.' || component === '..' || component.toLowerCase() === '.git') return false
  }
  return hidden(path)
}

/** Whether a component begins with a dot. */
export const isHidden = (path: string): boolean => path.startsWith('.') || path.includes('/.')

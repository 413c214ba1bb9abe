/** The open wrap-up as a target for the keyboard; null while none is open. Apart from the panel, so that the keys do not pull it in. */
export const wrapupCommands: { current: { confirm: () => void; edit: () => void; type: (index: number) => void } | null } = { current: null };

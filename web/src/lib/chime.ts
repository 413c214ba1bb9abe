// A short, soft sound made on the spot: no file to load, nothing to install.
let context: AudioContext | undefined;

export function chime(): void {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") return; // The browser allows sound only after a first press.
    const start = context.currentTime;
    for (const [index, frequency] of [660, 880].entries()) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      const at = start + index * 0.14;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.06, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    }
  } catch {
    // No sound device: the badge tells.
  }
}

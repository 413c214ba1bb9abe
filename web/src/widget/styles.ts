// Styles of the widget, put into its shadow root as a constructed sheet: a strict CSP allows that, and the page's own
// styles stay out. Sizes are in em, so that large fonts of page or browser carry over.
export const styles = `
:host { all: initial; position: fixed; right: 0; bottom: 0; z-index: 2147483000; font: max(16px, 1rem)/1.5 "PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif; font-variant-numeric: tabular-nums;
  --ink:#1f2329; --on:#fff; --text:#1f2329; --text2:#4e5969; --text3:#5f6b7a; --line:#e5e6eb; --bg:#fff; --page:#f5f6f8; --mine:#e3e8f0; --green:#237804; --greenbg:#f6ffed; --red:#cf1322; }
@media (prefers-color-scheme: dark) { :host { --ink:#e8eaed; --on:#16181b; --text:#e8eaed; --text2:#b4bcc6; --text3:#a0a9b4; --line:#31353b; --bg:#1b1e22; --page:#16181b; --mine:#2d3743; --green:#8bd36b; --greenbg:#182a12; --red:#ff8884; } }
*, *::before { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
.launch { position: fixed; right: 1.25em; bottom: 1.25em; display: flex; align-items: center; gap: .5em; padding: .75em 1.25em; border: 0; border-radius: 2em; background: var(--ink); color: var(--on); box-shadow: 0 4px 16px rgba(0,0,0,.2); }
.badge { min-width: 1.4em; padding: 0 .35em; border-radius: .7em; background: var(--on); color: var(--ink); font-size: .8em; text-align: center; }
.panel { position: fixed; right: 1.25em; bottom: 1.25em; display: flex; flex-direction: column; width: min(24.5em, calc(100vw - 2.5em)); height: min(40em, calc(100vh - 2.5em)); border: 1px solid var(--line); border-radius: .75em; background: var(--page); color: var(--text); box-shadow: 0 8px 32px rgba(0,0,0,.18); overflow: hidden; }
@media (max-width: 480px) { .panel { right: 0; bottom: 0; width: 100vw; height: 100vh; height: 100dvh; border: 0; border-radius: 0; } }
header { display: flex; align-items: center; gap: .75em; padding: .6em .75em; background: var(--bg); border-bottom: 1px solid var(--line); }
.fold { display: grid; place-items: center; width: 2.25em; height: 2.25em; flex: 0 0 auto; border: 0; border-radius: .4em; background: none; }
.who { flex: 1; min-width: 0; }
.title { margin: 0; font-size: 1em; font-weight: 500; line-height: 1.4; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.sub { font-size: .8em; color: var(--text2); }
.contact { display: flex; align-items: center; gap: .4em; padding: .45em .9em; border: 1px solid var(--ink); border-radius: 2em; background: var(--ink); color: var(--on); font-size: .9em; }
.contact.on { background: var(--greenbg); color: var(--green); border-color: currentColor; cursor: default; }
.contact.wait { background: var(--bg); color: var(--text); cursor: default; }
.net { padding: .35em .9em; background: var(--bg); border-bottom: 1px solid var(--line); font-size: .85em; color: var(--text2); text-align: center; }
.log { flex: 1; min-height: 0; overflow-y: auto; padding: .9em; display: flex; flex-direction: column; gap: .75em; overflow-wrap: anywhere; }
.note { align-self: center; max-width: 90%; font-size: .8em; color: var(--text2); text-align: center; }
.note.joined { padding: .15em .8em; border-radius: 1em; background: var(--greenbg); color: var(--green); }
.line { display: flex; flex-direction: column; max-width: 85%; }
.line.customer { align-self: flex-end; align-items: flex-end; }
.line.rep, .line.bot { align-self: flex-start; align-items: flex-start; }
.line.system { align-self: center; align-items: center; color: var(--text2); font-size: .85em; }
.name { font-size: .8em; color: var(--text2); margin-bottom: .15em; }
.text { padding: .5em .8em; border: 1px solid var(--line); border-radius: .75em; background: var(--bg); white-space: pre-wrap; }
.customer .text { background: var(--mine); border-color: transparent; }
.system .text { border: 0; background: none; padding: 0; }
.meta { display: flex; align-items: center; gap: .35em; margin-top: .15em; font-size: .75em; color: var(--text3); }
.meta.delivered { color: var(--green); }
.typing { padding: 0 .9em .5em; font-size: .85em; color: var(--text2); min-height: 1.6em; }
.queue { margin: 0 .9em .75em; padding: .75em .9em; border: 1px solid var(--line); border-left: 3px solid var(--ink); border-radius: .5em; background: var(--bg); }
.queue strong { font-weight: 500; }
.queue p, .ended p { margin: 0; font-size: .85em; color: var(--text2); }
.ended { display: flex; flex-direction: column; gap: .5em; align-items: center; padding: .9em; background: var(--bg); border-top: 1px solid var(--line); text-align: center; }
.ended button, .ask button { padding: .45em 1.2em; border: 1px solid var(--ink); border-radius: .4em; background: var(--ink); color: var(--on); }
.ask { display: flex; flex-wrap: wrap; align-items: center; gap: .5em; padding: .6em .9em; background: var(--bg); border-top: 1px solid var(--line); font-size: .9em; }
.ask span { flex: 1; }
.ask .plain { background: none; color: var(--text); }
form { display: flex; align-items: flex-end; gap: .5em; padding: .6em .75em .3em; background: var(--bg); border-top: 1px solid var(--line); }
textarea { flex: 1; min-width: 0; max-height: 8em; padding: .55em .8em; border: 1px solid var(--line); border-radius: .75em; background: var(--bg); resize: none; field-sizing: content; }
textarea::placeholder { color: var(--text3); }
.send { display: grid; place-items: center; flex: 0 0 auto; width: 2.75em; height: 2.75em; border: 0; border-radius: 50%; background: var(--ink); color: var(--on); }
.send:disabled { background: var(--line); color: var(--text3); cursor: default; }
footer { display: flex; justify-content: space-between; gap: .75em; padding: 0 .9em .5em; background: var(--bg); font-size: .75em; color: var(--text3); }
footer button { padding: 0; border: 0; background: none; color: var(--text2); text-decoration: underline; }
.problem { padding: .35em .9em; background: var(--bg); color: var(--red); font-size: .85em; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
svg { width: 1.25em; height: 1.25em; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; flex: 0 0 auto; }
.meta svg { width: 1.1em; height: 1.1em; }
@media (prefers-reduced-motion: no-preference) { .dots i { animation: blink 1.2s infinite; } .dots i:nth-child(2) { animation-delay: .2s; } .dots i:nth-child(3) { animation-delay: .4s; } @keyframes blink { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } } }
.dots { display: inline-flex; gap: .2em; margin-right: .4em; } .dots i { width: .4em; height: .4em; border-radius: 50%; background: currentColor; }
`;

// Edits an item's YAML through the studio's API, as the editor does.
import assert from 'node:assert/strict';

export async function edit(editor, kind, id, change) {
  const path = `/api/v1/content/${kind}/${encodeURIComponent(id)}`;
  const item = await editor.must(200, 'GET', path);
  const text = change(item.text);
  assert.notEqual(text, item.text, `the edit of ${kind} ${id} changes nothing`);
  return editor.must(200, 'PUT', path, { text, expected_version: item.version, comment: 'test' });
}

// A text as replaced in the middle of the YAML; throws where it is not found.
export const replacing = (what, by) => (text) => {
  assert.match(text, what);
  return text.replace(what, by);
};

'use strict';

const MAX_FILE_BYTES = 1 << 20;
const $ = id => document.getElementById(id);
const number = new Intl.NumberFormat('en-US');

function cell(row, content, kind) {
  const td = row.insertCell();
  td.append(content);
  if (kind) {
    td.className = kind;
  }
}

function share(part) {
  const meter = document.createElement('meter');
  meter.value = part;
  const span = document.createElement('span');
  span.append(meter, ` ${(part * 100).toFixed(1)} %`);
  return span;
}

function draw(cluster, answeredBy) {
  const total = cluster.servers.reduce((sum, server) => sum + server.connections, 0);
  const rows = $('servers');
  rows.replaceChildren();
  for (const server of cluster.servers) {
    const row = rows.insertRow();
    row.className = (server.name === answeredBy ? 'answered ' : '') + (server.state === 'up' ? '' : 'absent');
    cell(row, server.name);
    cell(row, server.address);
    cell(row, server.weight, 'n');
    cell(row, number.format(server.connections), 'n');
    cell(row, share(total ? server.connections / total : 0));
    cell(row, server.active, 'n');
    cell(row, server.inactive, 'n');
    cell(row, server.state);
  }
  $('address').textContent = `virtual address ${cluster.address}, scheduler ${cluster.scheduler}`;
  $('source').textContent = `Fetched through ${answeredBy}. Each refresh of this table is one more connection.`;
}

async function refresh() {
  try {
    const response = await fetch('/cluster.json');
    if (!response.ok) {
      throw new Error(await response.text());
    }
    draw(await response.json(), response.headers.get('X-Web-Server'));
  } catch (error) {
    $('address').textContent = `The cluster does not answer: ${error.message}`;
  }
  setTimeout(refresh, 1000);
}

async function list() {
  const response = await fetch('/files');
  const names = response.ok ? (await response.text()).split('\n').filter(Boolean) : [];
  $('files').replaceChildren(...names.map(name => {
    const link = document.createElement('a');
    link.href = `/files/${encodeURIComponent(name)}`;
    link.download = name;
    link.textContent = name;
    const item = document.createElement('li');
    item.append(link);
    return item;
  }));
}

$('again').addEventListener('click', () => location.reload());

$('upload').addEventListener('submit', async event => {
  event.preventDefault();
  const file = $('file').files[0];
  const outcome = $('outcome');
  if (file.size > MAX_FILE_BYTES) {
    outcome.textContent = 'The file is larger than 1 MiB.';
    return;
  }
  const name = file.name.replace(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 100) || 'file';
  try {
    const response = await fetch(`/files/${name}`, { method: 'PUT', body: file });
    outcome.textContent = response.ok
      ? `Stored through ${response.headers.get('X-Web-Server')}.`
      : (await response.text()).trim();
    await list();
  } catch (error) {
    outcome.textContent = `Not stored: ${error.message}`;
  }
});

refresh();
list();

// Passkeys. A form with data-passkey="get" or "create" asks the server for the
// options of an exchange (data-options), lets the browser's authenticator
// answer, and sends the answer as an ordinary form. Without passkeys in the
// browser the form, and what is marked data-passkey-only, stays hidden.

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const described = (list) => list?.map((c) => ({ ...c, id: toBytes(c.id) }));

const options = (publicKey) => ({
  ...publicKey,
  challenge: toBytes(publicKey.challenge),
  ...(publicKey.user && { user: { ...publicKey.user, id: toBytes(publicKey.user.id) } }),
  ...(publicKey.excludeCredentials && { excludeCredentials: described(publicKey.excludeCredentials) }),
  ...(publicKey.allowCredentials && { allowCredentials: described(publicKey.allowCredentials) }),
});

const answer = (credential) => {
  const { response } = credential;
  const out = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    out.attestationObject = toText(response.attestationObject);
    out.transports = response.getTransports?.() ?? [];
  } else {
    out.authenticatorData = toText(response.authenticatorData);
    out.signature = toText(response.signature);
    if (response.userHandle) out.userHandle = toText(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: out,
  });
};

// What can be said to a person; the browser's own words are for programmers.
const excuse = (error) => {
  if (error.public) return error.public;
  switch (error.name) {
    case "InvalidStateError":
      return "This device has a passkey for your account already.";
    case "NotAllowedError":
      return "The passkey was not used: it was cancelled, took too long, or is not on this device. Try again, or use another way.";
    case "SecurityError":
      return "Passkeys do not work at this address. Use another way.";
  }
  return "The passkey did not work. Try again, or use another way.";
};

const exchange = async (form) => {
  const asked = await fetch(form.dataset.options, { method: "POST", headers: { Accept: "application/json" } });
  const told = await asked.json();
  if (!asked.ok) throw Object.assign(new Error("refused"), { public: told.message });
  const publicKey = options(told.options.publicKey);
  const credential = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey });
  form.elements.token.value = told.token;
  form.elements.response.value = answer(credential);
  form.requestSubmit();
};

if (window.PublicKeyCredential) {
  for (const box of document.querySelectorAll("[data-passkey-only]")) box.hidden = false;
}
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const button = form.querySelector("[data-passkey-go]");
  const complaint = form.querySelector("[data-passkey-complaint]");
  let busy = false;
  button.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    button.setAttribute("aria-disabled", "true");
    complaint.hidden = true;
    try {
      await exchange(form);
    } catch (error) {
      complaint.textContent = excuse(error);
      complaint.hidden = false;
    } finally {
      busy = false;
      button.removeAttribute("aria-disabled");
    }
  });
}

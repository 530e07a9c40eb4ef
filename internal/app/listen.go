package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/errs"
	"soapstone/internal/seal"
	"soapstone/internal/tlscert"
	"soapstone/internal/web"
)

// doors are the program's open addresses: a plain one, which answers this
// computer only, and one with TLS for other devices once the owner has chosen
// a certificate. The choice takes effect at once, without a restart.
type doors struct {
	place config.Place
	key   seal.Key
	clock clock.Clock
	log   *slog.Logger
	srv   *web.Server

	mu       sync.Mutex
	settings config.Settings
	manager  *tlscert.Manager
	tls      *tlsDoor
	tlsAddr  string
}

const defaultTLSAddr = ":8443"

// openPlain listens on addr and refuses any address that is not loopback: what
// travels there is not encrypted.
func openPlain(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("app: %q is not an address like 127.0.0.1:8080", addr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("app: %s would send health data unencrypted. Serve plain HTTP on 127.0.0.1 only; other devices connect with TLS, see Settings, Connection", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("app: %w. Is the program running already? Choose another address with --addr", err)
	}
	return l, nil
}

// Settings is what the owner chose.
func (d *doors) Settings() config.Settings {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.settings
}

// Authority is the local authority's certificate and fingerprint.
func (d *doors) Authority() (pem []byte, fingerprint string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.manager == nil {
		return nil, "", false
	}
	pem, ok = d.manager.AuthorityPEM()
	return pem, d.manager.Fingerprint(), ok
}

// Address is where devices connect over TLS; "" when they cannot.
func (d *doors) Address() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tlsAddr
}

// Apply opens the TLS door as chosen and then keeps the choice. When it cannot
// be opened, the old state goes on and nothing is kept.
func (d *doors) Apply(ctx context.Context, s config.Settings) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := s.TLS.Validate(); err != nil {
		return err
	}
	if err := d.reopen(ctx, s); err != nil {
		return err
	}
	if err := d.place.Save(s); err != nil {
		return err
	}
	d.settings = s
	return nil
}

// reopen replaces the TLS listener. The caller holds the lock.
func (d *doors) reopen(ctx context.Context, s config.Settings) error {
	if s.TLS.Mode == tlscert.Off {
		d.closeTLS()
		return nil
	}
	m, err := tlscert.Open(s.TLS, d.place.TLSDir(), d.key, d.clock)
	if err != nil {
		return err
	}
	addr := s.TLSAddr
	if addr == "" {
		addr = defaultTLSAddr
	}
	// The old door closes first, because the new one may be the same port.
	d.closeTLS()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		if back := d.settings; back.TLS.Mode != tlscert.Off && back.TLSAddr != s.TLSAddr {
			if e := d.reopen(ctx, back); e != nil {
				d.log.Error("the former TLS address could not be opened again", "err", e)
			}
		}
		return &errs.Error{Kind: errs.Invalid, Public: "This address cannot be opened.", Err: err,
			Fields: []errs.Field{{Name: "tls_addr", Message: "Something else uses this port, or it needs administrator rights. Choose another, for example :8443."}}}
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	d.manager, d.tlsAddr = m, l.Addr().String()
	d.tls = &tlsDoor{listener: l, stop: stop, done: done}
	go func() {
		defer close(done)
		if err := d.srv.Serve(run, tls.NewListener(l, m.TLS())); err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
			d.log.Error("the TLS address closed", "err", err)
		}
	}()
	return nil
}

// tlsDoor is an open TLS address.
type tlsDoor struct {
	listener net.Listener
	stop     func()
	done     chan struct{}
}

// closeTLS frees the port. Requests under way finish on their connections:
// the one that asked for the change may have come through this very door.
func (d *doors) closeTLS() {
	if d.tls != nil {
		_ = d.tls.listener.Close()
	}
	d.tls, d.manager, d.tlsAddr = nil, nil, ""
}

// close lets everybody at the TLS door finish, and waits for it.
func (d *doors) close() {
	d.mu.Lock()
	t := d.tls
	d.tls = nil
	d.mu.Unlock()
	if t != nil {
		t.stop()
		<-t.done
	}
}

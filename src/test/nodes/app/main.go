// Command app is what runs on the real nodes: a server that says who it is, a client that asks it all the time, and the process that
// holds a pod's network open.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	termFile   = "/etc/leader/term"
	pace       = 10 * time.Millisecond
	patience   = time.Second
	mostAtOnce = 150
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	switch {
	case len(os.Args) == 2 && os.Args[1] == "pause":
		<-ctx.Done()
	case len(os.Args) == 2 && os.Args[1] == "serve":
		serve(ctx)
	case len(os.Args) == 3 && os.Args[1] == "ask":
		ask(ctx, os.Args[2])
	default:
		fmt.Fprintln(os.Stderr, "app pause | app serve | app ask URL")
		os.Exit(2)
	}
}

// serve answers with the pod's name, its UID and the term that it leads in, until it is told to end; then it finishes what it has
// begun. PUT /ready and DELETE /ready switch what GET /ready says.
func serve(ctx context.Context) {
	var unready atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s %s %s\n", os.Getenv("POD_NAME"), os.Getenv("POD_UID"), term())
	})
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		if unready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("PUT /ready", func(http.ResponseWriter, *http.Request) { unready.Store(false) })
	mux.HandleFunc("DELETE /ready", func(http.ResponseWriter, *http.Request) { unready.Store(true) })
	server := &http.Server{Addr: ":8080", Handler: mux}
	ended := make(chan struct{})
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = server.Shutdown(grace)
		close(ended)
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	<-ended
}

// term is what the downward-API volume says; "-" while the pod does not lead.
func term() string {
	content, _ := os.ReadFile(termFile)
	if text := strings.TrimSpace(string(content)); text != "" {
		return text
	}
	return "-"
}

// ask sends a request every ten milliseconds, each over a connection of its own, and prints a line for each: when it was sent, when it
// was over (nanoseconds since 1970), and the answer, or "-" and what went wrong.
func ask(ctx context.Context, url string) {
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true, Proxy: nil}}
	var lock sync.Mutex
	out := bufio.NewWriter(os.Stdout)
	var running sync.WaitGroup
	room := make(chan struct{}, mostAtOnce)
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			running.Wait()
			return
		case <-ticker.C:
		}
		room <- struct{}{}
		running.Add(1)
		go func() {
			defer func() { running.Done(); <-room }()
			sent := time.Now()
			answer := request(client, url)
			done := time.Now()
			lock.Lock()
			defer lock.Unlock()
			fmt.Fprintf(out, "%d %d %s\n", sent.UnixNano(), done.UnixNano(), answer)
			_ = out.Flush()
		}()
	}
}

func request(client *http.Client, url string) string {
	response, err := client.Get(url)
	if err != nil {
		return "- " + strings.ReplaceAll(err.Error(), "\n", " ")
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return fmt.Sprintf("- %s %v", response.Status, err)
	}
	return strings.TrimSpace(string(body))
}

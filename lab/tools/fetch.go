package main

import (
	"flag"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

type fetched struct {
	URL    string  `json:"url"`
	Status int     `json:"status"` // 0: no answer
	Body   string  `json:"body"`
	Error  string  `json:"error"`
	Ms     float64 `json:"ms"`
}

// fetch asks for all URLs at once, each over a connection of its own, and prints the answers in order.
func fetch(args []string) error {
	flags := flag.NewFlagSet("fetch", flag.ExitOnError)
	timeout := flags.Duration("timeout", 2*time.Second, "for each request, connecting included")
	flags.Parse(args)

	answers := make([]fetched, flags.NArg())
	var group sync.WaitGroup
	for i, url := range flags.Args() {
		group.Add(1)
		go func() {
			defer group.Done()
			answers[i] = fetchOne(url, *timeout)
		}()
	}
	group.Wait()
	printJSON(answers)
	return nil
}

func fetchOne(url string, timeout time.Duration) fetched {
	client := http.Client{Timeout: timeout, Transport: &http.Transport{DisableKeepAlives: true}}
	start := time.Now()
	response, err := client.Get(url)
	answer := fetched{URL: url}
	if err == nil {
		defer response.Body.Close()
		var body []byte
		body, err = io.ReadAll(response.Body)
		answer.Status = response.StatusCode
		answer.Body = strings.TrimSpace(string(body))
	}
	if err != nil {
		answer.Error = err.Error()
	}
	answer.Ms = float64(time.Since(start).Microseconds()) / 1000
	return answer
}

// Command external-dns is external-dns as its authors have it: the neighbour that the tests of names are held against.
package main

import "sigs.k8s.io/external-dns/controller"

func main() {
	controller.Execute()
}

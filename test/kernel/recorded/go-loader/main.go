// A loader as people write them with cilium/ebpf: a filter on a cgroup by a link, pinned, exchanged,
// and let go.
//
//	loader CGROUP PIN
package main

import (
	"log"
	"os"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
)

func filter(name string, verdict int32) *ebpf.Program {
	program, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Name:         name,
		Type:         ebpf.CGroupSKB,
		AttachType:   ebpf.AttachCGroupInetEgress,
		License:      "GPL",
		Instructions: asm.Instructions{asm.Mov.Imm(asm.R0, verdict), asm.Return()},
	})
	if err != nil {
		log.Fatal(err)
	}
	return program
}

func main() {
	old, latest := filter("go_old", 1), filter("go_new", 1)
	attached, err := link.AttachCgroup(link.CgroupOptions{
		Path:    os.Args[1],
		Attach:  ebpf.AttachCGroupInetEgress,
		Program: old,
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := attached.Pin(os.Args[2]); err != nil {
		log.Fatal(err)
	}
	if err := attached.Update(latest); err != nil {
		log.Fatal(err)
	}
	// The pin holds what the process lets go.
	attached.Close()
	old.Close()
	latest.Close()
}

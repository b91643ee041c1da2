//go:build !linux && !darwin

package resource

func (h *Host) readPlatform() {}

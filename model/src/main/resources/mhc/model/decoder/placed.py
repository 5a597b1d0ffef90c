# Layers on several devices.


def begins_device(layer: int) -> bool:
    firsts = FIRST_LAYERS
    return layer in firsts

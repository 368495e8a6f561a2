@ What happens between power and main(): copy .data out of flash, clear .bss,
@ go. Any exception that nobody expects resets the chip, because a reset takes
@ 40 ms and a dark lighthouse takes a boat.

    .syntax unified
    .cpu    cortex-m0plus
    .thumb

    .section .vectors, "a"
    .word   stack_top
    .word   reset_handler
    .word   restart             @ NMI
    .word   restart             @ hard fault
    .rept   7
    .word   0
    .endr
    .word   restart             @ supervisor call
    .word   0, 0
    .word   restart             @ pending supervisor call
    .word   tick_handler        @ SysTick, once a millisecond

    .text
    .thumb_func
    .global reset_handler
reset_handler:
    ldr     r0, =data_start
    ldr     r1, =data_end
    ldr     r2, =data_load
    b       2f
1:  ldmia   r2!, {r3}
    stmia   r0!, {r3}
2:  cmp     r0, r1
    blo     1b

    ldr     r0, =bss_start
    ldr     r1, =bss_end
    movs    r3, #0
    b       4f
3:  stmia   r0!, {r3}
4:  cmp     r0, r1
    blo     3b

    bl      main                @ does not return

    .thumb_func
    .global restart
restart:
    ldr     r0, =0xE000ED0C     @ AIRCR
    ldr     r1, =0x05FA0004     @ the magic word, and SYSRESETREQ
    str     r1, [r0]
    dsb
5:  b       5b

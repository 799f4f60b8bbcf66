#!/usr/bin/env python3
"""Makes the *.qcow2.xz files beside it; needs qemu-img and qemu-io (7.2 was used) and xz.

QEMU itself never writes compressed, zero or subcluster entries into VM state, but a VM state may
meet them after offline work on an image. qemu-img makes every table here: the bytes lie on the disk
at the address where VM state would begin, qemu-img takes a snapshot, and then three fields of its
table entry are set: VM state size (twice) and disk size.
"""
import os
import struct
import subprocess as sp


def content(n=300_000):
    out=bytearray(); x=12345; k=0
    while len(out)<n:
        t=k%4
        if t==0: b=bytes(4096) 
        elif t==1: b=bytes((k*37+i)&255 for i in range(4096))
        elif k%16==2:
            b=bytearray()
            for i in range(4096): x=(x*1103515245+12345)&0x7fffffff; b.append(x>>16&255)
        else: b=(b'page %08d '%k*300)[:4096]
        out+=b; k+=1
    out[:8]=b'QEVM\0\0\0\3'
    return bytes(out[:n])
def sh(*a): sp.run(a,check=True,stdout=sp.DEVNULL)
def craft(name,opts,cluster,compress,coverage,tail=None):
    vm=content(); off=coverage
    raw='raw.img'
    with open(raw,'wb') as f: f.truncate(off+(1<<20)); f.seek(off); f.write(vm)
    sh('qemu-img','convert','-O','qcow2',*(['-c'] if compress else []),'-o',opts+',cluster_size=%d'%cluster,raw,name)
    if tail: tail(name,off)
    sh('qemu-img','snapshot','-c','crafted',name)
    d=bytearray(open(name,'rb').read()); so,=struct.unpack_from('>Q',d,64)
    assert struct.unpack_from('>I',d,60)[0]==1
    struct.pack_into('>I',d,so+32,len(vm)); struct.pack_into('>QQ',d,so+40,len(vm),off-4096 if off>4096 else 512)
    open(name,'wb').write(d); sh('qemu-img','check',name)
c=lambda cs,e=8: cs*(cs//e)
craft('deflate-4k.qcow2','compat=1.1',4096,True,c(4096))
craft('deflate-v2-4k.qcow2','compat=0.10',4096,True,c(4096))
craft('zstd-4k.qcow2','compat=1.1,compression_type=zstd',4096,True,c(4096))
craft('plain-512.qcow2','compat=1.1',512,False,c(512)*40)
craft('deflate-64k.qcow2','compat=1.1',65536,True,c(65536))
def sub(name,off):
    # punch subclusters: zero some 512-byte pieces, rewrite others
    sh('qemu-io','-f','qcow2','-c','write -z %d 512'%(off+16384*5+1024),'-c','write -z %d 16384'%(off+16384*9),'-c','discard %d 16384'%(off+16384*11),name)
craft('subclusters-16k.qcow2','compat=1.1,extended_l2=on',16384,False,c(16384,16),sub)
craft('subclusters-deflate-16k.qcow2','compat=1.1,extended_l2=on',16384,True,c(16384,16))
def zer(name,off):
    sh('qemu-io','-f','qcow2','-c','write -z %d 4096'%(off+4096*9),'-c','write -z -u %d 4096'%(off+4096*13),name)
craft('zero-4k.qcow2','compat=1.1',4096,False,c(4096),zer)
os.remove('raw.img')
for f in sorted(os.listdir('.')):
    if f.endswith('.qcow2'):
        sh('xz','-9','-f',f)
